package openapi

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"nightlatch/server/api"
)

// A Schema is a JSON schema (2020-12), as OpenAPI 3.1 uses it.
type Schema map[string]any

// A Field is a member of a JSON object.
type Field struct {
	Name     string
	Schema   Schema
	Required bool // the member is always there
	Null     bool // its value may be null
	Doc      string
}

// schemas makes the schemas of types and collects the named ones as components.
type schemas struct {
	comments   *Comments
	components map[string]Schema
	fields     map[string][]Field // of each component that is an object
}

func ref(name string) Schema { return Schema{"$ref": "#/components/schemas/" + name} }

var (
	stepType  = reflect.TypeFor[api.Step]()
	inputType = reflect.TypeFor[api.Input]()
)

// of returns the schema of a type. Named types become components.
func (s *schemas) of(t reflect.Type) Schema {
	switch t {
	case reflect.TypeFor[time.Time]():
		return Schema{"type": "string", "format": "date-time"}
	case reflect.TypeFor[json.RawMessage]():
		return Schema{"type": "object", "additionalProperties": true}
	case stepType:
		return s.union("Step", tagged[api.Step, api.StepType](api.Steps(), api.Step.StepType))
	case reflect.TypeFor[api.NewBackupCodes]():
		one := s.of(reflect.TypeFor[api.NewBackupCode]())
		return Schema{"oneOf": []any{one, Schema{"type": "array", "items": one}}}
	case inputType:
		return s.union("Input", tagged[api.Input, api.InputType](api.Inputs(), api.Input.InputType))
	}
	switch t.Kind() {
	case reflect.Bool:
		return Schema{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return Schema{"type": "integer"}
	case reflect.Float64:
		return Schema{"type": "number"}
	case reflect.String:
		return s.text(t)
	case reflect.Slice:
		return Schema{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return Schema{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Interface:
		return Schema{}
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Struct:
		return s.object(t)
	default:
		panic("openapi: no schema for " + t.String())
	}
}

// text is a string. A named type with constants lists them.
func (s *schemas) text(t reflect.Type) Schema {
	values := s.comments.Values[t.Name()]
	if t.PkgPath() == "" || len(values) == 0 {
		return Schema{"type": "string"}
	}
	if s.components[t.Name()] == nil {
		out := Schema{"type": "string", "enum": anys(values)}
		var notes []string
		for _, v := range values {
			if note := s.comments.note(t.Name(), v); note != "" {
				notes = append(notes, "`"+v+"`: "+note+".")
			}
		}
		describe(out, strings.Join(append([]string{s.comments.Types[t.Name()]}, notes...), " "))
		s.components[t.Name()] = out
	}
	return ref(t.Name())
}

// object returns the schema of a struct: a component if the type has a name.
func (s *schemas) object(t reflect.Type) Schema {
	if t.Name() == "" {
		return object(s.fieldsOf(t, ""))
	}
	name := strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
	if s.components[name] == nil {
		s.components[name] = Schema{} // for recursive types
		fields := s.fieldsOf(t, t.Name())
		out := object(fields)
		describe(out, s.comments.wireNames(s.comments.Types[t.Name()], t))
		s.components[name], s.fields[name] = out, fields
	}
	return ref(name)
}

// fieldsOf returns the members of a struct's JSON form.
func (s *schemas) fieldsOf(t reflect.Type, of string) []Field {
	var out []Field
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		name, options, _ := strings.Cut(tag, ",")
		switch {
		case f.Anonymous && tag == "":
			out = append(out, s.fieldsOf(f.Type, f.Type.Name())...)
			continue
		case name == "-" || !f.IsExported() || name == "":
			continue
		}
		doc := s.comments.wireNames(s.comments.Fields[of+"."+f.Name], t)
		schema := s.of(f.Type)
		if _, enum := schema["$ref"]; enum && f.Type.Kind() == reflect.String && strings.Contains(doc, `""`) {
			schema = Schema{"anyOf": []any{schema, Schema{"type": "string", "const": ""}}}
		}
		optional := strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
		out = append(out, Field{
			Name:     name,
			Schema:   schema,
			Required: !optional,
			Null:     f.Type.Kind() == reflect.Pointer && !optional,
			Doc:      doc,
		})
	}
	return out
}

func object(fields []Field) Schema {
	properties, required := Schema{}, []any{}
	for _, f := range fields {
		one := f.Schema
		if f.Null {
			one = Schema{"anyOf": []any{f.Schema, Schema{"type": "null"}}}
		}
		if f.Doc != "" {
			// A sibling of $ref is allowed since JSON schema 2019-09.
			clone := Schema{}
			for k, v := range one {
				clone[k] = v
			}
			one = clone
			describe(one, f.Doc)
		}
		properties[f.Name] = one
		if f.Required {
			required = append(required, f.Name)
		}
	}
	out := Schema{"type": "object", "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// A variant is one form of a step or an input.
type variant struct {
	tag string
	typ reflect.Type
}

func tagged[T any, Tag ~string](all []T, tag func(T) Tag) []variant {
	var out []variant
	for _, v := range all {
		out = append(out, variant{string(tag(v)), reflect.TypeOf(v)})
	}
	return out
}

// union returns the schema of an object whose "type" selects one of the
// variants.
func (s *schemas) union(name string, of []variant) Schema {
	if s.components[name] != nil {
		return ref(name)
	}
	s.components[name] = Schema{}
	any, mapping := []any{}, Schema{}
	for _, v := range of {
		component := name + strings.TrimSuffix(v.typ.Name(), name)
		fields := append([]Field{{Name: "type", Schema: Schema{"type": "string", "const": v.tag}, Required: true}}, s.fieldsOf(v.typ, v.typ.Name())...)
		out := object(fields)
		describe(out, s.comments.wireNames(s.comments.Types[v.typ.Name()], v.typ))
		s.components[component], s.fields[component] = out, fields
		any = append(any, ref(component))
		mapping[v.tag] = "#/components/schemas/" + component
	}
	s.components[name] = Schema{"oneOf": any, "discriminator": Schema{"propertyName": "type", "mapping": mapping}}
	return ref(name)
}

func describe(s Schema, doc string) {
	if doc = strings.TrimSpace(doc); doc != "" {
		s["description"] = doc
	}
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return slices.Clip(out)
}
