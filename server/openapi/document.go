package openapi

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"nightlatch/server/api"
)

// A Document is an OpenAPI document, with what the reference page needs from
// it.
type Document struct {
	Root   Schema // the JSON form
	Fields map[string][]Field
	schema *schemas
}

// Build makes the document. status maps the code of a problem to its HTTP status.
func Build(version string, ops []Operation, c *Comments, status map[string]int) (*Document, error) {
	s := &schemas{comments: c, components: map[string]Schema{}, fields: map[string][]Field{}}
	paths, ids := Schema{}, map[string]bool{}
	for _, op := range ops {
		if op.ID == "" || op.Summary == "" || op.Tag == "" || ids[op.ID] {
			return nil, fmt.Errorf("openapi: %s needs an ID that no other call has (%q), a tag and a summary", op.Call, op.ID)
		}
		ids[op.ID] = true
		one, err := s.operation(op, status)
		if err != nil {
			return nil, err
		}
		path, _ := paths[op.Path()].(Schema)
		if path == nil {
			path = Schema{}
			paths[op.Path()] = path
		}
		path[strings.ToLower(op.Method())] = one
	}
	s.of(reflect.TypeFor[api.Problem]())
	components := Schema{}
	for name, one := range s.components {
		components[name] = one
	}
	root := Schema{
		"openapi":           "3.1.0",
		"jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
		"info": Schema{
			"title":       "Nightlatch",
			"version":     version,
			"description": "The HTTP interface of a Nightlatch account server. docs/api.md explains it. Fields, steps, codes and calls may be added: ignore those that you do not know.",
			"license":     Schema{"name": "Apache-2.0", "identifier": "Apache-2.0"},
		},
		"servers": []any{Schema{"url": "http://localhost:8440", "description": "the default address"}},
		"paths":   paths,
		"components": Schema{
			"schemas": components,
			"securitySchemes": Schema{
				"session":  Schema{"type": "http", "scheme": "bearer", "description": "the session_token of a sign-in"},
				"password": Schema{"type": "http", "scheme": "basic", "description": "for programs that accept only a user name and a password (R80)"},
			},
		},
	}
	return &Document{Root: root, Fields: s.fields, schema: s}, nil
}

// operation is the operation object of a call.
func (s *schemas) operation(op Operation, status map[string]int) (Schema, error) {
	success := Schema{"description": "success"}
	switch {
	case op.Stream:
		success["content"] = Schema{"text/event-stream": Schema{"schema": Schema{
			"type": "string", "description": "server-sent events; the data of each is a JSON object",
		}}}
		s.of(op.Out)
	case op.Out != nil:
		success["content"] = Schema{"application/json": Schema{"schema": s.of(op.Out)}}
	}
	responses := Schema{strconv.Itoa(op.Status): success}
	byStatus := map[int][]string{}
	for _, code := range append(op.Common(), op.Problems...) {
		n, ok := status[code]
		if !ok {
			return nil, fmt.Errorf("openapi: %s names the code %q, which has no status", op.Call, code)
		}
		byStatus[n] = append(byStatus[n], code)
	}
	for _, n := range slices.Sorted(maps.Keys(byStatus)) {
		codes := byStatus[n]
		slices.Sort(codes)
		responses[strconv.Itoa(n)] = Schema{
			"description": http.StatusText(n) + ": `" + strings.Join(slices.Compact(codes), "`, `") + "`",
			"content":     Schema{"application/problem+json": Schema{"schema": ref("Problem")}},
		}
	}
	out := Schema{
		"operationId": op.ID,
		"tags":        []any{op.Tag},
		"summary":     op.Summary,
		"responses":   responses,
		"security":    security(op.Needs),
	}
	describe(out, strings.TrimSpace(strings.Join([]string{needs(op.Needs), op.Effects, op.Order}, " ")))
	if parameters := parametersOf(op); len(parameters) > 0 {
		out["parameters"] = parameters
	}
	if op.In != nil {
		media := "application/json"
		if op.Form {
			media = "application/x-www-form-urlencoded"
		}
		out["requestBody"] = Schema{"required": !op.Bare, "content": Schema{media: Schema{"schema": s.of(op.In)}}}
	}
	return out, nil
}

func parametersOf(op Operation) []any {
	var out []any
	add := func(in string, p Parameter, required bool) {
		one := Schema{"in": in, "name": p.Name, "schema": Schema{"type": p.Type}}
		if required {
			one["required"] = true
		}
		describe(one, p.Doc)
		out = append(out, one)
	}
	for _, name := range op.pathParameters() {
		add("path", Parameter{Name: name, Type: "string"}, true)
	}
	for _, p := range op.Query {
		add("query", p, false)
	}
	for _, p := range op.Headers {
		add("header", p, false)
	}
	return out
}

func security(n Need) []any {
	switch n {
	case Nothing:
		return []any{Schema{}}
	case Password:
		return []any{Schema{"password": []any{}}, Schema{"session": []any{}}}
	case ByKind:
		return []any{Schema{"session": []any{}}, Schema{}}
	case Session, Proof, Owner, OwnerProof:
	}
	return []any{Schema{"session": []any{}}}
}

// needs describes in a sentence what a call requires, beyond a session.
func needs(n Need) string {
	switch n {
	case Proof:
		return "Needs a session in which the password was entered in the last ten minutes (R6)."
	case Owner:
		return "Needs a session of the owner of the server."
	case OwnerProof:
		return "Needs a session of the owner of the server, in which the password was entered in the last ten minutes (R6)."
	case ByKind:
		return "Some kinds need a session."
	case Nothing, Session, Password:
	}
	return ""
}
