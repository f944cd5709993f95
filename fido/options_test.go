package fido

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestMalformedOptions(t *testing.T) {
	t.Parallel()
	c := clientOf(t, newFake(t))
	long := strings.Repeat("QUFB", 342) // 1026 bytes
	for _, tt := range []struct {
		field  string
		create json.RawMessage
		get    json.RawMessage
	}{
		{"publicKey", json.RawMessage(`[]`), json.RawMessage(`nonsense`)},
		{"publicKey", creationJSON(t, obj{"challenge": "***"}), requestJSON(t, obj{"challenge": 7})},
		{"challenge", creationJSON(t, obj{"challenge": ""}), requestJSON(t, obj{"challenge": ""})},
		{"user.id", creationJSON(t, obj{"user": obj{"name": "alice"}}), nil},
		{"user.id", creationJSON(t, obj{"user": obj{"id": strings.Repeat("QUFB", 22), "name": "a"}}), nil},
		{"user.name", creationJSON(t, obj{"user": obj{"id": "YQ"}}), nil},
		{"authenticatorSelection", creationJSON(t, obj{"authenticatorSelection": obj{"authenticatorAttachment": "platform"}}), nil},
		{"excludeCredentials", creationJSON(t, obj{"excludeCredentials": []obj{{"type": "public-key", "id": ""}}}), nil},
		{"allowCredentials", nil, requestJSON(t, obj{"allowCredentials": []obj{{"type": "public-key", "id": long}}})},
		{"rpId", creationJSON(t, obj{"rp": obj{"id": "LOCALHOST"}}), requestJSON(t, obj{"rpId": "LOCALHOST"})},
	} {
		check := func(what string, err error) {
			var malformed *MalformedError
			if !errors.As(err, &malformed) || malformed.Field != tt.field || !errors.Is(err, ErrMalformed) {
				t.Errorf("%s: %v, want field %s", what, err, tt.field)
			}
		}
		if tt.create != nil {
			_, err := c.Create(t.Context(), fake, tt.create, &script{})
			check("Create", err)
		}
		if tt.get != nil {
			_, err := c.Get(t.Context(), fake, tt.get, &script{})
			check("Get", err)
		}
	}
}

func TestOptionsOfAnotherOrigin(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	c := clientOf(t, k)
	_, err := c.Create(t.Context(), fake, creationJSON(t, obj{"rp": obj{"id": "bank.example"}}), &script{})
	if !errors.Is(err, ErrOrigin) {
		t.Errorf("Create = %v, want %v", err, ErrOrigin)
	}
	_, err = c.Get(t.Context(), fake, requestJSON(t, obj{"rpId": "bank.example"}), &script{})
	if !errors.Is(err, ErrOrigin) {
		t.Errorf("Get = %v, want %v", err, ErrOrigin)
	}
	if len(k.made)+len(k.asserted) != 0 {
		t.Error("the key was used")
	}
}

func TestBareOrWrappedOptions(t *testing.T) {
	t.Parallel()
	c := clientOf(t, newFake(t))
	bare := creationJSON(t, nil)
	for _, options := range []json.RawMessage{bare, jsonOf(t, obj{"publicKey": bare, "mediation": "optional"}, nil)} {
		if _, err := c.Create(t.Context(), fake, options, &script{}); err != nil {
			t.Errorf("Create: %v", err)
		}
	}
}

// Without a relying party ID it is the origin's host (WebAuthn section 5.1.3, step 8).
func TestDefaultRelyingParty(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	c := clientOf(t, k)
	if _, err := c.Create(t.Context(), fake, creationJSON(t, obj{"rp": obj{"name": "n"}}), &script{}); err != nil {
		t.Fatal(err)
	}
	if k.made[0].RPID != "localhost" {
		t.Errorf("relying party %q", k.made[0].RPID)
	}
}

func TestAlgorithms(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		params []obj
		want   []int64
	}{
		{nil, []int64{ES256, RS256}},
		{[]obj{{"type": "public-key", "alg": -8}, {"type": "public-key", "alg": -7}}, []int64{EdDSA, ES256}},
		{[]obj{{"type": "public-key", "alg": -35}, {"type": "other", "alg": -7}}, nil},
	} {
		o, err := parseOrigin(testOrigin)
		if err != nil {
			t.Fatal(err)
		}
		c, err := parseCreation(creationJSON(t, obj{"pubKeyCredParams": tt.params}), o)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.algorithms(); !slices.Equal(got, tt.want) {
			t.Errorf("%v: %v, want %v", tt.params, got, tt.want)
		}
	}
}
