/**
 * A certificate for 127.0.0.1 that nobody signed but itself, valid for a hundred years. Made for tests by
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=127.0.0.1 -addext
 * subjectAltName=IP:127.0.0.1`; its key protects nothing.
 */
export const SELF_SIGNED = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBkTCCATagAwIBAgIUDqDFlKDoZRwmBUc96KvTHOgHsN0wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyNDA4NDc1NloYDzIxMjYxMDMx
MDg0NzU2WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASTBlNs26fpp5aGZcVe6MjAXnE/vawZSsMj/CNjCOX13ezgGdYiAIMt
gkl1V1KZ3b2pNAFflfWRjD3+jrni/7NRo2QwYjAdBgNVHQ4EFgQU3GrH+/nvEMWH
rIPjYCCdT89166QwHwYDVR0jBBgwFoAU3GrH+/nvEMWHrIPjYCCdT89166QwDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0kAMEYC
IQCRJ+hj1cyW6r3oXun/PvaawioWQIcCQvtTFPWTKJRmRAIhAJJ934+E61tdpHeo
ZzpgDd198Nf7XpDTL7toSB8UgZf7
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg03aX5FEwqNU9BGIv
z4tORcKU+N3h57T2mgIOcrVTulChRANCAASTBlNs26fpp5aGZcVe6MjAXnE/vawZ
SsMj/CNjCOX13ezgGdYiAIMtgkl1V1KZ3b2pNAFflfWRjD3+jrni/7NR
-----END PRIVATE KEY-----
`,
}
