import { createHash } from 'node:crypto'
import { html, trusted, type Html } from './html.ts'

export interface PageParts {
  /** Shown by the browser's tab. */
  readonly title: string
  readonly styles: readonly string[]
  /** Run in this order once the body is there. */
  readonly scripts: readonly string[]
  readonly body: Html
}

/** A whole page that may load nothing, and run and paint nothing but what it came with: its policy has the hashes. */
export function renderPage({ title, styles, scripts, body }: PageParts): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy(styles, scripts)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        ${styles.map((style) => trusted(`<style>${style}</style>\n`))}
      </head>
      <body>
        <main>${body}</main>
        ${scripts.map((script) => trusted(`<script>${script}</script>\n`))}
      </body>
    </html> `
  return page.toString()
}

function policy(styles: readonly string[], scripts: readonly string[]): string {
  return `default-src 'none'; img-src data:; style-src ${hashes(styles)}; script-src ${hashes(scripts)}; base-uri 'none'; form-action 'none'`
}

function hashes(sources: readonly string[]): string {
  if (sources.length === 0) return `'none'`
  return sources.map((source) => `'sha256-${createHash('sha256').update(source).digest('base64')}'`).join(' ')
}
