/** What a failure is known by on its way from a matcher to a reporter: the first line of its message. */
export function judgedLine(message: string): string {
  return message.split('\n', 1)[0] ?? ''
}
