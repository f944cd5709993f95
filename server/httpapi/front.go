package httpapi

import (
	"net/http"
	"runtime"
	"runtime/debug"
)

// headers are on every answer: it is not cached, framed, sniffed or embedded by other
// sites, and loads nothing. Each header costs 2 % of a small answer, so those for pages
// are set with pages.
func headers() http.Header {
	return http.Header{
		"Cache-Control":                {"no-store"},
		"Content-Security-Policy":      {"default-src 'none'; frame-ancestors 'none'"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"X-Content-Type-Options":       {"nosniff"},
	}
}

// front is the outermost handler. It sets security headers and recovers panics.
func (h *Handler) front(next http.Handler) http.Handler {
	fixed := headers()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer h.recover(w, r)
		h := w.Header()
		for name, value := range fixed {
			h[name] = value // shared: a value is replaced, never changed
		}
		next.ServeHTTP(w, r)
	})
}

// recover answers a panic with a problem. It logs the value of runtime errors only;
// other values may contain secrets.
func (h *Handler) recover(w http.ResponseWriter, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler {
		panic(v)
	}
	what := "a value that is not logged"
	if err, ok := v.(runtime.Error); ok {
		what = err.Error()
	}
	h.cfg.Log.Error("panic in a request", "method", r.Method, "route", r.Pattern, "panic", what, "stack", string(debug.Stack()))
	writeProblem(w, unexpected.problem())
}
