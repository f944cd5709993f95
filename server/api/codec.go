package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// ErrUnknownType reports a step or input type that this version does not have.
var ErrUnknownType = errors.New("api: unknown type")

// tagged joins "type" and the fields of v into one JSON object.
func tagged(kind string, v any) ([]byte, error) {
	fields, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	head := fmt.Appendf(nil, `{"type":%q`, kind)
	if len(fields) > 2 {
		head = append(head, ',')
	}
	return append(head, fields[1:]...), nil
}

func kindOf(b []byte) (string, error) {
	var t struct {
		Type string `json:"type"`
	}
	err := json.Unmarshal(b, &t)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field == "" {
		return "", fmt.Errorf("%w: not an object", ErrUnknownType)
	}
	return t.Type, err
}

// MarshalStep returns the JSON form of a step.
func MarshalStep(s Step) ([]byte, error) { return tagged(string(s.StepType()), s) }

// MarshalInput returns the JSON form of an input.
func MarshalInput(in Input) ([]byte, error) { return tagged(string(in.InputType()), in) }

// UnmarshalStep reads a step's JSON form. It ignores unknown fields, so that an older
// client works with a newer server.
func UnmarshalStep(b []byte) (Step, error) {
	kind, err := kindOf(b)
	if err != nil {
		return nil, err
	}
	for _, zero := range Steps() {
		if string(zero.StepType()) == kind {
			v := reflect.New(reflect.TypeOf(zero))
			if err := json.Unmarshal(b, v.Interface()); err != nil {
				return nil, err
			}
			return v.Elem().Interface().(Step), nil
		}
	}
	return nil, fmt.Errorf("%w: step %q", ErrUnknownType, kind)
}

// UnmarshalInput reads an input's JSON form. For a field of the wrong type the error
// is a *json.UnmarshalTypeError with its name.
func UnmarshalInput(b []byte) (Input, error) {
	kind, err := kindOf(b)
	if err != nil {
		return nil, err
	}
	for _, zero := range Inputs() {
		if string(zero.InputType()) == kind {
			v := reflect.New(reflect.TypeOf(zero))
			if err := json.Unmarshal(b, v.Interface()); err != nil {
				return nil, err
			}
			return v.Elem().Interface().(Input), nil
		}
	}
	return nil, fmt.Errorf("%w: input %q", ErrUnknownType, kind)
}

// MarshalJSON writes the answer, including the type of its input.
func (a Answer) MarshalJSON() ([]byte, error) {
	in, err := MarshalInput(a.Input)
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		Rev   int     `json:"rev"`
		Input RawJSON `json:"input"`
	}{a.Rev, in})
}

// UnmarshalJSON reads an answer.
func (a *Answer) UnmarshalJSON(b []byte) error {
	var raw struct {
		Rev   int     `json:"rev"`
		Input RawJSON `json:"input"`
	}
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	if len(bytes.TrimSpace(raw.Input)) == 0 {
		return fmt.Errorf("%w: input missing", ErrUnknownType)
	}
	in, err := UnmarshalInput(raw.Input)
	a.Rev, a.Input = raw.Rev, in
	return err
}

type plainView View

// MarshalJSON writes the view, including the type of its step.
func (v View) MarshalJSON() ([]byte, error) {
	step, err := MarshalStep(v.Step)
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		plainView
		Step RawJSON `json:"step"`
	}{plainView(v), step})
}

// UnmarshalJSON reads a view.
func (v *View) UnmarshalJSON(b []byte) error {
	raw := struct {
		*plainView
		Step RawJSON `json:"step"`
	}{plainView: (*plainView)(v)}
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	step, err := UnmarshalStep(raw.Step)
	v.Step = step
	return err
}
