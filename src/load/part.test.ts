import fc from 'fast-check'
import { expect, test } from 'vitest'
import { partOf, sharedCount } from './part.ts'

test('the parts of a schedule are the schedule: nothing twice, nothing lost, each in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 9 }), (schedule, of) => {
      const parts = Array.from({ length: of }, (_, first) => partOf(schedule, { first, of }))
      expect(schedule.map((_, index) => parts[index % of]?.[Math.floor(index / of)])).toEqual(schedule)
      expect(parts.reduce((sum, part) => sum + part.length, 0)).toBe(schedule.length)
    }),
  )
})

test('a count that another thread has raised in the meantime calls back at once, one that it raises later then', async () => {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  const [ours, theirs] = [sharedCount(cell), sharedCount(cell)]
  theirs.add()
  const heard: number[] = []
  const more = (seen: number): Promise<void> =>
    new Promise((resolve) => {
      ours.whenMore(seen, () => {
        heard.push(ours.value())
        resolve()
      })
    })
  await more(0)
  const later = more(1)
  theirs.add()
  await later
  expect(heard).toEqual([1, 2])
})
