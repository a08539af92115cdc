/** How a server's certificate is checked, and which one the server is shown; `{}` is Node's own way (system and `NODE_EXTRA_CA_CERTS` authorities). */
export interface TlsOptions {
  /** Certificates of authorities to trust, PEM. They replace Node's own. */
  readonly ca?: string
  /** False: any certificate will do, and nothing that is measured is known to come from the server that was meant. */
  readonly rejectUnauthorized?: boolean
  /** The client's own certificate, PEM, for a server that asks for one; with its key, and the pass phrase of the key. */
  readonly cert?: string
  readonly key?: string
  readonly passphrase?: string
}
