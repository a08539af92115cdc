import { XMLParser, XMLValidator } from 'fast-xml-parser'
import * as z from 'zod'

const text = z.string()
const number = z.string().regex(/^\d+(\.\d+)?$/)
const properties = z.strictObject({
  property: z.array(z.strictObject({ '@name': text, '@value': text })),
})
const outcome = z.array(z.strictObject({ '@message': text, '@type': text.optional(), '#text': text.optional() })).max(1)

/**
 * The elements and attributes of the JUnit schema that Jenkins publishes (junit-10.xsd), nothing else, and two things more
 * that its parser and GitLab's take: properties of a test case, as pytest writes them, and `skipped` counts.
 */
const JUnit = z.strictObject({
  '@name': text,
  '@tests': number,
  '@failures': number,
  '@errors': number,
  '@skipped': number,
  testsuite: z.array(
    z.strictObject({
      '@name': text.min(1),
      '@tests': number,
      '@failures': number,
      '@errors': number,
      '@skipped': number,
      '@time': number.optional(),
      '@timestamp': text.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/).optional(),
      properties: properties.optional(),
      testcase: z.array(
        z.strictObject({
          '@name': text.min(1),
          '@classname': text.min(1),
          '@time': number.optional(),
          properties: properties.optional(),
          failure: outcome.optional(),
          error: outcome.optional(),
          'system-out': text.optional(),
        }),
      ),
    }),
  ),
})
export type JUnit = z.infer<typeof JUnit>

/** Parses a JUnit file and throws where it is not well-formed or holds what the schema does not know. */
export function parseJunit(xml: string): JUnit {
  const wellFormed = XMLValidator.validate(xml)
  if (wellFormed !== true) throw new Error(`not well-formed: ${wellFormed.err.msg} in line ${wellFormed.err.line}`)
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    ignoreDeclaration: true,
    isArray: (name) => ['testsuite', 'testcase', 'property', 'failure', 'error'].includes(name),
  })
  const { testsuites } = parser.parse(xml) as { testsuites: unknown }
  return JUnit.parse(testsuites)
}
