import { expect, test } from 'vitest'
import { failedRecord, madeUpRecord } from '../metrics/records.testkit.ts'
import { packRecords, unpackRecords } from './packed-records.ts'

test('records come through another thread as they were, their stamps in one array that is handed over', () => {
  const records = [madeUpRecord(), failedRecord({ index: 1 }), madeUpRecord({ index: 2, outputAt: Float64Array.of(7) })]
  const packed = packRecords(records)
  const received = structuredClone(packed, { transfer: [packed.outputAt.buffer] })
  expect(unpackRecords(received)).toEqual(records)
  expect(packed.outputAt).toHaveLength(0)
})

test('no records pack, too', () => {
  expect(unpackRecords(packRecords([]))).toEqual([])
})
