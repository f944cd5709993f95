package httpapi

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"net/http"
	"strings"
	"sync"
)

// openAPI is the OpenAPI document of the routes, packed with gzip. make openapi writes
// it from the routes and the wire types.
//
//go:embed openapi.json.gz
var openAPI []byte

// openAPIDocument answers with the document, packed if the client accepts that.
func (h *Handler) openAPIDocument(c *call) error {
	head := c.w.Header()
	head["Content-Type"] = []string{"application/json"}
	head["Vary"] = []string{"Accept-Encoding"}
	if acceptsGzip(c.r) {
		head["Content-Encoding"] = []string{"gzip"}
		_, _ = c.w.Write(openAPI) // the client may have left
		return nil
	}
	document, err := unpackedOpenAPI()
	if err != nil {
		return err
	}
	_, _ = c.w.Write(document) // the client may have left
	return nil
}

// unpackedOpenAPI is the document for clients that do not accept gzip. All
// requests share one copy. With a copy per request, clients that do not read
// their answers could use up the memory.
var unpackedOpenAPI = sync.OnceValues(func() ([]byte, error) {
	unpacked, err := gzip.NewReader(bytes.NewReader(openAPI))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(unpacked)
})

// acceptsGzip reports whether the client lists gzip in Accept-Encoding without a weight
// of zero (RFC 9110 §12.5.3).
func acceptsGzip(r *http.Request) bool {
	for _, field := range r.Header["Accept-Encoding"] {
		for one := range strings.SplitSeq(field, ",") {
			name, weight, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(one), " ", ""), ";")
			if name == "gzip" {
				return strings.Trim(strings.TrimPrefix(weight, "q="), "0.") != "" || weight == ""
			}
		}
	}
	return false
}
