package webpush

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
)

// Trust makes a sender accept a certificate of a test.
func (s *Sender) Trust(c *x509.Certificate) {
	pool := x509.NewCertPool()
	pool.AddCert(c)
	s.client.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: pool}
}
