import { expect, test } from 'vitest'
import { HOSTILE_NAMES } from '../sample-reports.testkit.ts'
import { html, jsonText, trusted } from './html.ts'

test('text is escaped for elements and for quoted attributes, markup is kept', () => {
  const cell = html`<td title="${'"x" & \'y\''}">${'<b>'}${html`<i>${1}</i>`}</td>`
  expect(cell.toString()).toBe('<td title="&quot;x&quot; &amp; &#39;y&#39;">&lt;b&gt;<i>1</i></td>')
})

test('lists are joined, null and false leave nothing, zero stays', () => {
  expect(html`${[1, null, [false, 'a']]}${0}`.toString()).toBe('1a0')
})

test('no hostile name brings a tag, a quote, a control or a turn of direction', () => {
  for (const name of HOSTILE_NAMES) {
    expect(html`${name}`.toString()).not.toMatch(/[<>"'\p{Cc}\p{Bidi_Control}](?<!\n)/u)
  }
})

test('JSON keeps its value and cannot end its script', () => {
  const value = { name: '</script><!--<script>' }
  const text = jsonText(JSON.stringify(value)).toString()
  expect(text).not.toContain('<')
  expect(JSON.parse(text)).toEqual(value)
})

test('the indentation of our source is not sent, that of what stands in it is', () => {
  // Written as a call, because the formatter would indent a template.
  const source = Object.assign(['<p>\n      ', '\n    </p>'], { raw: [] })
  expect(html(source, trusted('\n  kept')).toString()).toBe('<p>\n\n  kept\n</p>')
})
