package httpapi

import (
	"reflect"
)

// An EndpointInfo is what the OpenAPI document says about an endpoint of routes.
type EndpointInfo struct {
	In, Out        reflect.Type
	Status         int
	Session, Proof bool
}

// Endpoints returns the endpoints of routes by their calls, "GET /api/v1/keys". An
// endpoint for any method is listed as GET.
func Endpoints() map[string]EndpointInfo {
	out := map[string]EndpointInfo{}
	for path, on := range new(Handler).routes() {
		for method, e := range on {
			if method == anyMethod {
				method = "GET"
			}
			out[method+" "+path] = EndpointInfo{e.in, e.out, e.status, e.needs >= needsSession, e.needs == needsProof}
		}
	}
	return out
}

// SearchMost is how many events one search looks at.
const SearchMost = searchMost
