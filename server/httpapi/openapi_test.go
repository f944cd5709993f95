package httpapi_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/httpapi"
	"nightlatch/server/lab"
	"nightlatch/server/openapi"
	"nightlatch/server/servertest"
)

// The files that NIGHTLATCH_UPDATE_OPENAPI=1 writes (make openapi). The program embeds
// the packed document; the others are for readers.
const (
	documentFile  = "../../docs/openapi.json"
	packedFile    = "openapi.json.gz"
	referenceFile = "../../docs/api-reference.md"
)

// statuses are the HTTP statuses of the problem codes.
var statuses = map[string]int{
	api.Malformed: 400,

	api.SignInRequired: 401, api.InvalidCredentials: 401, api.TemporaryPasswordRequired: 401,
	api.TemporaryPasswordExpired: 401, api.BackupCodeNotAccepted: 401,

	api.ReauthenticationRequired: 403, api.ForbiddenOrigin: 403, api.NotOwner: 403, api.PhoneAppRequired: 403,

	api.NotFound: 404, api.MethodNotAllowed: 405,

	api.Conflict: 409, api.TwoFactorRequired: 409, api.BackupCodesFull: 409,
	api.TemporaryPasswordsFull: 409, api.KeysFull: 409, api.PhoneAppsFull: 409, api.ApprovalExpired: 409,

	api.TooLarge: 413, api.Throttled: 429, api.TooManyTries: 429,
	api.Internal: 500, api.CannotSend: 503, api.Unavailable: 503,
}

// allOperations joins the descriptions with the types and statuses in routes.
// It fails for a route without a description and for a description without a
// route.
func allOperations(t *testing.T) []openapi.Operation {
	t.Helper()
	ops, endpoints := operations(), httpapi.Endpoints()
	elsewhere := []string{"GET /api/v1/events", "GET /api/v1/ceremonies/{id}/events", "POST /oauth/token"} // mux adds them
	for i := range ops {
		op := &ops[i]
		e, ok := endpoints[op.Call]
		delete(endpoints, op.Call)
		switch {
		case !ok && slices.Contains(elsewhere, op.Call):
			continue
		case !ok:
			t.Errorf("operations describes %s, which is not a route", op.Call)
			continue
		}
		op.In, op.Out, op.Status = e.In, e.Out, e.Status
		switch {
		case op.Needs != openapi.Nothing: // stricter than the wrapper declares
		case e.Proof:
			op.Needs = openapi.Proof
		case e.Session:
			op.Needs = openapi.Session
		}
	}
	for i := range ops {
		addHeaders(&ops[i])
	}
	for _, call := range slices.Sorted(maps.Keys(endpoints)) {
		t.Errorf("%s has no description in operations", call)
	}

	extra := labOperations()
	calls := lab.Calls()
	for _, op := range extra {
		if !slices.Contains(calls, op.Call) {
			t.Errorf("labOperations describes %s, which is not a call of the lab", op.Call)
		}
	}
	for _, call := range calls {
		if !slices.ContainsFunc(extra, func(o openapi.Operation) bool { return o.Call == call }) {
			t.Errorf("%s has no description in labOperations", call)
		}
	}
	return append(ops, extra...)
}

// addHeaders adds the fields that several calls read.
func addHeaders(op *openapi.Operation) {
	if op.Tag == "Ceremonies" {
		op.Headers = append(op.Headers, openapi.Parameter{
			Name: "Nightlatch-Device", Type: "string",
			Doc: "the device_token of an earlier sign-in on this device, so that its failures are counted apart from those of strangers (R43)",
		})
	}
	if op.Needs != openapi.Nothing && op.Needs != openapi.Password {
		op.Headers = append(op.Headers, openapi.Parameter{
			Name: "Nightlatch-Person", Type: "string",
			Doc: "1 if a person did something since the last request: only that counts as use of the session (R44)",
		})
	}
}

// The document that the server returns describes its routes, and so does the copy in
// docs.
func TestOpenAPIIsCurrent(t *testing.T) {
	t.Parallel()
	// The bodies of a few calls are not types of package api.
	files := append(servertest.Must[[]string](t)(filepath.Glob("../api/*.go")), "temporarypasswords.go", "operations_test.go")
	comments, err := openapi.ReadComments(files...)
	if err != nil {
		t.Fatal(err)
	}
	ops := allOperations(t)
	doc, err := openapi.Build("1", ops, comments, statuses)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(doc.Root, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	examples := play(t, ops)
	reference := []byte(doc.Reference(ops, examples))
	if os.Getenv("NIGHTLATCH_UPDATE_OPENAPI") != "" {
		writeFile(t, referenceFile, reference)
		writeFile(t, documentFile, text)
		var packed bytes.Buffer
		z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		compact := servertest.Must[[]byte](t)(json.Marshal(doc.Root))
		if _, err := z.Write(compact); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		writeFile(t, packedFile, packed.Bytes())
	}
	if got := servertest.Must[[]byte](t)(os.ReadFile(documentFile)); !bytes.Equal(got, text) {
		t.Errorf("docs/openapi.json does not describe the routes: run make openapi\n%s", firstDifference(got, text))
	}
	if got := servertest.Must[[]byte](t)(os.ReadFile(referenceFile)); !bytes.Equal(got, reference) {
		t.Errorf("docs/api-reference.md does not describe the routes: run make openapi\n%s", firstDifference(got, reference))
	}
	wantExamples(t, ops, examples)
	for name, fields := range doc.Fields {
		for _, f := range fields {
			if f.Doc == "" && f.Name != "type" {
				t.Errorf("%s.%s has no meaning: give it a comment in its type", name, f.Name)
			}
		}
	}
	packed := servertest.Must[[]byte](t)(os.ReadFile(packedFile))
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, servertest.Must[[]byte](t)(io.ReadAll(z)), "", " "); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(append(indented.Bytes(), '\n'), text) {
		t.Error("the document in the program does not describe the routes: run make openapi")
	}
}

func writeFile(t *testing.T, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(name, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// wantExamples fails for a step, an input or a call without an example. Streams have
// none, and virtual keys need a pseudo-terminal.
func wantExamples(t *testing.T, ops []openapi.Operation, examples openapi.Examples) {
	t.Helper()
	for _, s := range api.Steps() {
		if examples.Steps[string(s.StepType())] == "" {
			t.Errorf("the step %s has no example", s.StepType())
		}
	}
	for _, in := range api.Inputs() {
		if examples.Inputs[string(in.InputType())] == "" {
			t.Errorf("the input %s has no example", in.InputType())
		}
	}
	for _, op := range ops {
		if op.Stream || op.ID == "openapi" || strings.HasPrefix(op.Path(), "/lab/v1/keys") {
			continue
		}
		if examples.Calls[op.Call].Status == 0 {
			t.Errorf("%s has no example", op.Call)
		}
	}
	if len(examples.Problems) < 15 {
		t.Errorf("only %d problems have an example", len(examples.Problems))
	}
}

// firstDifference shows the first line that differs.
func firstDifference(a, b []byte) string {
	old, now := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	for i := range min(len(old), len(now)) {
		if old[i] != now[i] {
			return fmt.Sprintf("line %d\n- %s\n+ %s", i+1, old[i], now[i])
		}
	}
	return fmt.Sprintf("%d lines, now %d", len(old), len(now))
}
