import type { FailureKind } from '../../record.ts'
import type { FaultKind } from './faults.ts'

/** How the faulty requests of a load end, each fault in a load of its own. */
export const FAULT_ENDS: Readonly<Record<FaultKind, FailureKind | 'completed'>> = {
  none: 'completed',
  cut: 'truncated',
  stall: 'idle-timeout',
  'error-event': 'in-band-error',
  short: 'completed',
  'silent-head': 'first-byte-timeout',
  'head-then-cut': 'truncated',
  'reset-mid-header': 'truncated',
  'endless-headers': 'truncated',
  garbage: 'truncated',
  'long-line': 'in-band-error',
  loading: 'http-status',
  'late-ready': 'completed',
  'slow-reader': 'completed',
  refuse: 'connect',
  tls: 'tls',
}

/** Faults of whole servers: no request to such a one is healthy. */
export const FAULTS_OF_THE_SERVER: readonly FaultKind[] = ['refuse', 'tls']
