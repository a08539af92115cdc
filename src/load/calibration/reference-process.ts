import { startReferenceServer } from './reference-server.ts'

// Run by `launchReferenceServer`: tells its parent the URL, and ends when the parent lets go of it or dies.

process.on('disconnect', () => process.exit())
const { url } = await startReferenceServer()
process.send?.(url)
