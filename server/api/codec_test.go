package api

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestViewKeepsEveryStep(t *testing.T) {
	for _, step := range Steps() {
		in := View{ID: "x", Kind: EnrollApp, State: "s", Rev: 3, Step: step, Expires: time.Unix(1, 0).UTC()}
		b, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(b), `"step":{"type":"`+string(step.StepType())+`"`) {
			t.Errorf("%T is written as %s", step, b)
		}
		var out View
		if err := json.Unmarshal(b, &out); err != nil {
			t.Fatal(err)
		}
		if reflect.TypeOf(out.Step) != reflect.TypeOf(step) || out.ID != in.ID || out.Rev != 3 {
			t.Errorf("%T came back as %#v", step, out)
		}
	}
}

func TestAnswerKeepsEveryInput(t *testing.T) {
	for _, in := range Inputs() {
		if _, raw := in.(KeyResponse); raw {
			in = KeyResponse{Response: RawJSON(`{"id":"a"}`)}
		}
		b, err := json.Marshal(Answer{Rev: 2, Input: in})
		if err != nil {
			t.Fatal(err)
		}
		var out Answer
		if err := json.Unmarshal(b, &out); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(out, Answer{Rev: 2, Input: in}) {
			t.Errorf("%T came back as %#v", in, out)
		}
	}
}

func TestUnknownInput(t *testing.T) {
	for _, body := range []string{`{"rev":1,"input":{"type":"wish"}}`, `{"rev":1}`, `{"rev":1,"input":{}}`, `{"rev":1,"input":"continue"}`, `{"rev":1,"input":[]}`} {
		var a Answer
		if err := json.Unmarshal([]byte(body), &a); !errors.Is(err, ErrUnknownType) {
			t.Errorf("%s: %v", body, err)
		}
	}
}
