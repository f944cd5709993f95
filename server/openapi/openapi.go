// Package openapi generates the OpenAPI 3.1 document and the reference page of
// the HTTP interface. Its sources are the routes, the wire types of package
// api with their comments, and a table of operations.
//
// Only tests import it. They write the document that the program embeds, and
// compare it with the routes (server/httpapi).
package openapi

import (
	"reflect"
	"strings"
)

// An Operation is one method of one path.
type Operation struct {
	Call    string // "GET /api/v1/keys/{id}"
	ID      string // in camel case, unique
	Tag     string // the part of the reference page
	Summary string // a sentence
	Effects string // what the call changes, announces and ends; "" if nothing
	Order   string // of a list
	Query   []Parameter
	Headers []Parameter

	Needs   Need
	In, Out reflect.Type // bodies in JSON; nil without one
	Status  int          // of a success
	Form    bool         // In is sent as a form, not as JSON
	Bare    bool         // the body may be left out
	Stream  bool         // the answer is a stream of server-sent events, each an Out

	// Problems are the codes that this call can return, in addition to those
	// of every call (Common).
	Problems []string
}

// A Need is what the server requires of the client for a call.
type Need int

// The needs.
const (
	Nothing Need = iota
	ByKind       // depends on the ceremony's kind: nothing or a session
	Session
	Proof // a session whose password was entered in the last ten minutes (R6)
	Owner // a session of the owner of the server
	OwnerProof
	Password // HTTP Basic, or an OAuth token
)

// String returns the name that the tables in docs use.
func (n Need) String() string {
	return [...]string{"–", "by kind", "session", "proof", "session of the owner", "proof, owner", "user name and password"}[n]
}

// A Parameter is a field of the query or the header.
type Parameter struct {
	Name, Type, Doc string // Type is a JSON schema type
}

// Method is the HTTP method of the call.
func (o Operation) Method() string { m, _, _ := strings.Cut(o.Call, " "); return m }

// Path is the path of the call, with its parameters in braces.
func (o Operation) Path() string { _, p, _ := strings.Cut(o.Call, " "); return p }

// pathParameters returns the names in braces.
func (o Operation) pathParameters() []string {
	var names []string
	for part := range strings.SplitSeq(o.Path(), "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	return names
}

// Common returns the codes that every call with these needs and bodies can
// return.
func (o Operation) Common() []string {
	codes := []string{"forbidden_origin", "throttled", "unavailable", "internal"}
	if o.In != nil {
		codes = append(codes, "malformed", "too_large")
	}
	if len(o.pathParameters()) > 0 {
		codes = append(codes, "not_found")
	}
	switch o.Needs {
	case ByKind, Session:
		codes = append(codes, "sign_in_required")
	case Proof:
		codes = append(codes, "sign_in_required", "reauthentication_required")
	case Owner:
		codes = append(codes, "sign_in_required", "not_owner")
	case OwnerProof:
		codes = append(codes, "sign_in_required", "reauthentication_required", "not_owner")
	case Nothing, Password:
	}
	return codes
}
