package openapi

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"nightlatch/server/api"
)

// An Example is a recorded exchange. Each body is JSON in several lines, or
// "".
type Example struct {
	Request, Response string
	Status            int
	ContentType       string
}

// Examples are the examples of the reference page.
type Examples struct {
	Calls    map[string]Example // by call, of a success
	Steps    map[string]string  // a step, by its type
	Inputs   map[string]string  // an input, by its type
	Refusals []api.Refusal      // all refusals, without data of an account
	Problems map[string]string  // by code
}

// Reference writes the reference page: each call with its example, each type with its
// fields, and an example of each step, input, refusal and problem.
func (d *Document) Reference(ops []Operation, ex Examples) string {
	var b strings.Builder
	b.WriteString("# API reference\n\n" +
		"Every call, type and step of the HTTP interface, with examples that were recorded from a\n" +
		"running server. [api.md](api.md) explains how the calls belong together. `make openapi`\n" +
		"writes this page and [openapi.json](openapi.json) from the source; random values are\n" +
		"replaced by `EXAMPLE`.\n\n" +
		"A field that *may be absent* is left out when it does not apply; no other field ever is.\n" +
		"A field is `null` only where its type says so, and a list is never `null`.\n\n" +
		"Each call can also fail with `forbidden_origin`, `throttled`, `unavailable` and\n" +
		"`internal`; those are not repeated.\n")
	tag := ""
	for _, op := range sortedByTag(ops) {
		if op.Tag != tag {
			tag = op.Tag
			fmt.Fprintf(&b, "\n## %s\n", tag)
		}
		d.call(&b, op, ex.Calls[op.Call])
	}
	d.variants(&b, "Step", "Steps", "What a ceremony asks for: `step` of a view.", ex.Steps)
	d.variants(&b, "Input", "Inputs", "Answers to a step: `input` of `POST /api/v1/ceremonies/{id}`.", ex.Inputs)
	d.types(&b)
	d.activity(&b)
	refusals(&b, ex.Refusals)
	list(&b, "Problems", "An example of each problem that the recording met.", ex.Problems)
	return b.String()
}

// sortedByTag groups the operations by tag. Tags and operations keep their
// order.
func sortedByTag(ops []Operation) []Operation {
	order := map[string]int{}
	for _, op := range ops {
		if _, ok := order[op.Tag]; !ok {
			order[op.Tag] = len(order)
		}
	}
	sorted := slices.Clone(ops)
	slices.SortStableFunc(sorted, func(a, b Operation) int { return order[a.Tag] - order[b.Tag] })
	return sorted
}

func (d *Document) call(b *strings.Builder, op Operation, ex Example) {
	fmt.Fprintf(b, "\n### %s\n\n%s", op.Call, op.Summary)
	if op.Order != "" {
		fmt.Fprintf(b, " %s", op.Order)
	}
	b.WriteString("\n\n")
	fmt.Fprintf(b, "- Needs: %s\n", op.Needs)
	for _, p := range op.Query {
		fmt.Fprintf(b, "- Query `%s`, %s, may be absent: %s\n", p.Name, p.Type, p.Doc)
	}
	for _, p := range op.Headers {
		fmt.Fprintf(b, "- Header `%s`, may be absent: %s\n", p.Name, p.Doc)
	}
	if op.In != nil {
		form := ""
		if op.Form {
			form = " as a form"
		}
		fmt.Fprintf(b, "- Body%s: %s\n", form, typeName(d.schema.of(op.In)))
	}
	switch {
	case op.Stream:
		fmt.Fprintf(b, "- Answer: %d, a stream whose data are each %s\n", op.Status, typeName(d.schema.of(op.Out)))
	case op.Out != nil:
		fmt.Fprintf(b, "- Answer: %d, %s\n", op.Status, typeName(d.schema.of(op.Out)))
	default:
		fmt.Fprintf(b, "- Answer: %d, no content\n", op.Status)
	}
	common := map[string]bool{api.ForbiddenOrigin: true, api.Throttled: true, api.Unavailable: true, api.Internal: true}
	var codes []string
	for _, code := range append(op.Common(), op.Problems...) {
		if !common[code] {
			codes = append(codes, "`"+code+"`")
		}
	}
	if len(codes) > 0 {
		slices.Sort(codes)
		fmt.Fprintf(b, "- Problems: %s\n", strings.Join(slices.Compact(codes), ", "))
	}
	if op.Effects != "" {
		fmt.Fprintf(b, "- Effects: %s\n", op.Effects)
	}
	if ex.Status == 0 {
		return
	}
	fmt.Fprintf(b, "\n```\n%s\n", op.Call)
	if ex.Request != "" {
		fmt.Fprintf(b, "%s\n", ex.Request)
	}
	fmt.Fprintf(b, "→ %d\n", ex.Status)
	if ex.Response != "" {
		fmt.Fprintf(b, "%s\n", ex.Response)
	}
	b.WriteString("```\n")
}

// variants writes the forms of a union.
func (d *Document) variants(b *strings.Builder, union, title, about string, examples map[string]string) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n", title, about)
	all, _ := d.schema.components[union]["oneOf"].([]any)
	for _, one := range all {
		name := strings.TrimPrefix(one.(Schema)["$ref"].(string), refPrefix)
		fields := d.Fields[name]
		tag, _ := fields[0].Schema["const"].(string)
		fmt.Fprintf(b, "\n### %s `%s`\n\n", union, tag)
		d.describe(b, name)
		table(b, fields[1:])
		if ex := examples[tag]; ex != "" {
			fmt.Fprintf(b, "\n```json\n%s\n```\n", ex)
		}
	}
}

// types writes every other component.
func (d *Document) types(b *strings.Builder) {
	b.WriteString("\n## Types\n")
	for _, name := range slices.Sorted(maps.Keys(d.schema.components)) {
		if name == "Step" || name == "Input" || name == "EventType" || isVariant(d, name) {
			continue
		}
		fmt.Fprintf(b, "\n### %s\n\n", name)
		if values, ok := d.schema.components[name]["enum"].([]any); ok {
			d.schema.values(b, name, values)
			continue
		}
		d.describe(b, name)
		table(b, d.Fields[name])
	}
}

func isVariant(d *Document, name string) bool {
	fields := d.Fields[name]
	return len(fields) > 0 && fields[0].Schema["const"] != nil
}

func (d *Document) describe(b *strings.Builder, name string) {
	if doc, _ := d.schema.components[name]["description"].(string); doc != "" {
		fmt.Fprintf(b, "%s\n\n", doc)
	}
}

// values writes the values of a string type.
func (s *schemas) values(b *strings.Builder, name string, values []any) {
	fmt.Fprintf(b, "%s One of:\n\n", s.comments.Types[name])
	for _, v := range values {
		fmt.Fprintf(b, "- `%s`", v)
		if note := s.comments.note(name, fmt.Sprint(v)); note != "" {
			fmt.Fprintf(b, ": %s", note)
		}
		b.WriteString("\n")
	}
}

func table(b *strings.Builder, fields []Field) {
	if len(fields) == 0 {
		b.WriteString("It has no fields.\n")
		return
	}
	b.WriteString("| field | type | | meaning |\n|---|---|---|---|\n")
	for _, f := range fields {
		presence := ""
		switch {
		case !f.Required:
			presence = "may be absent"
		case f.Null:
			presence = "or `null`"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", f.Name, typeName(f.Schema), presence, strings.ReplaceAll(f.Doc, "|", `\|`))
	}
}

const refPrefix = "#/components/schemas/"

// typeName describes a schema in words, with a link to a component.
func typeName(s Schema) string {
	if target, ok := s["$ref"].(string); ok {
		name := strings.TrimPrefix(target, refPrefix)
		switch name {
		case "Step", "Input":
			return "[" + name + "](#" + strings.ToLower(name) + "s)"
		case "EventType":
			return "[" + name + "](#activity-types)"
		}
		return "[" + name + "](#" + strings.ToLower(name) + ")"
	}
	if any, ok := s["anyOf"].([]any); ok {
		var names []string
		for _, one := range any {
			names = append(names, typeName(one.(Schema)))
		}
		return strings.Join(names, " or ")
	}
	if s["const"] != nil {
		return fmt.Sprintf("`%q`", s["const"])
	}
	switch s["type"] {
	case "array":
		return "list of " + typeName(s["items"].(Schema))
	case "object":
		if values, ok := s["additionalProperties"].(Schema); ok {
			return "object of " + typeName(values)
		}
		if fields, ok := s["properties"].(Schema); ok {
			names := slices.Sorted(maps.Keys(fields))
			return "object with `" + strings.Join(names, "`, `") + "`"
		}
		return "object"
	case "string":
		if s["format"] == "date-time" {
			return "time"
		}
		return "string"
	case nil:
		return "anything"
	}
	return fmt.Sprint(s["type"])
}

// list writes examples by code.
func list(b *strings.Builder, title, about string, examples map[string]string) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n", title, about)
	for _, code := range slices.Sorted(maps.Keys(examples)) {
		fmt.Fprintf(b, "\n`%s`\n\n```json\n%s\n```\n", code, examples[code])
	}
}

// refusals writes the table of refusals.
func refusals(b *strings.Builder, all []api.Refusal) {
	b.WriteString("\n## Refusal codes\n\nThe `code` and `reason` of a [Refusal](#refusal), with its rule and its English text.\n\n" +
		"| code | reason | rule | title | detail |\n|---|---|---|---|---|\n")
	for _, r := range all {
		reason := ""
		if r.Reason != "" {
			reason = "`" + r.Reason + "`"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", r.Code, reason, r.Rule, r.Title, r.Detail)
	}
}
