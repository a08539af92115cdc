/** How a server's certificate is checked; `{}` is Node's own way (system and `NODE_EXTRA_CA_CERTS` authorities). */
export interface TlsOptions {
  /** Certificates of authorities to trust, PEM. They replace Node's own. */
  readonly ca?: string
  /** False: any certificate will do, and nothing that is measured is known to come from the server that was meant. */
  readonly rejectUnauthorized?: boolean
}
