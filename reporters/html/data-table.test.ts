import { expect, test } from 'vitest'
import { renderDataTable } from './data-table.ts'

test('columns of numbers stand at the right, columns with a word in them at the left', () => {
  const table = renderDataTable({
    label: 'Loads',
    header: ['load', 'requests', 'late', 'bounds', 'cap', 'model'],
    rows: [
      ['1 req/s', 100, '0.42 ms', '1.5–2.5', '–', 'llama3'],
      ['2 req/s', null, '–', '99.7 %', 'no cap', '7'],
    ],
  })
    .toString()
    .replaceAll('  ', ' ')
    .replaceAll(' >', '>')
  expect(table.match(/<th scope="col"[^>]*>[^<]*/g)).toEqual([
    '<th scope="col" class="text">load',
    '<th scope="col">requests',
    '<th scope="col">late',
    '<th scope="col">bounds',
    '<th scope="col" class="text">cap',
    '<th scope="col" class="text">model',
  ])
  expect(table.match(/<td[^>]*>[^<]*/g)?.slice(5)).toEqual([
    '<td>',
    '<td>–',
    '<td>99.7 %',
    '<td class="text">no cap',
    '<td class="text">7',
  ])
})
