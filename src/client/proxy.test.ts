import { expect, test } from 'vitest'
import { proxyFor, readProxyRules } from './proxy.ts'

const PROXY = 'http://user:pw@proxy.example:3128/'

test.for<[url: string, none: string, way: 'proxy' | 'direct']>([
  ['https://llm.example', '', 'proxy'],
  ['https://llm.example', 'other.example', 'proxy'],
  ['https://llm.example', 'llm.example', 'direct'],
  ['https://LLM.Example./v1', 'llm.EXAMPLE', 'direct'],
  ['https://llm.example', '.example', 'direct'],
  ['https://llm.example', '*.example', 'direct'],
  ['https://llm.example', 'a, b  example', 'direct'],
  ['https://my-llm.example', 'llm.example', 'proxy'],
  ['https://llm.example:8443', 'llm.example:8443', 'direct'],
  ['https://llm.example', 'llm.example:443', 'direct'],
  ['https://llm.example', 'llm.example:8443', 'proxy'],
  ['https://llm.example', '*', 'direct'],
  ['https://10.1.2.3', '10.0.0.0/8', 'direct'],
  ['https://11.1.2.3', '10.0.0.0/8', 'proxy'],
  ['https://10.1.2.3', '10.1.2.3', 'direct'],
  ['https://10.1.2.3', '10.0.0.0/99', 'proxy'],
  ['https://[fd00::1]:8000', 'fd00::/8', 'direct'],
  ['https://[fd00::1]:8000', 'fd00::1', 'direct'],
  ['https://[fd00::1]:8000', '[fd00::1]:8001', 'proxy'],
  // This machine, whatever is said.
  ['https://localhost:8000', '', 'direct'],
  ['https://a.localhost', '', 'direct'],
  ['https://127.9.9.9', '', 'direct'],
  ['https://[::1]:8000', '', 'direct'],
  ['https://[::ffff:127.0.0.1]:8000', '', 'direct'],
  ['https://0.0.0.0:8000', '', 'direct'],
])('%s with NO_PROXY "%s": %s', ([url, none, way]) => {
  const rules = readProxyRules({ HTTPS_PROXY: PROXY, NO_PROXY: none })
  expect(proxyFor(new URL(url), rules)).toBe(way === 'proxy' ? PROXY : null)
})

test('each scheme has its own proxy, small letters go first, an empty text is none, and so is a missing scheme of a proxy HTTP', () => {
  const rules = readProxyRules({
    HTTP_PROXY: 'http://a:1',
    http_proxy: 'b:2',
    HTTPS_PROXY: 'http://c:3',
    https_proxy: '',
  })
  expect(proxyFor(new URL('http://llm.example'), rules)).toBe('http://b:2/')
  expect(proxyFor(new URL('https://llm.example'), rules)).toBeNull()
})

test.for(['socks5://secret@proxy:1080', 'http://'])(
  '"%s" is no proxy of HTTP, and the error does not show it',
  (url) => {
    expect(() => readProxyRules({ HTTPS_PROXY: url })).toThrow(
      expect.objectContaining({
        code: 'bad-variable',
        message: expect.stringMatching(/^HTTPS_PROXY is not (?!.*secret)/),
      }),
    )
  },
)
