package openapi

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"nightlatch/server/api"
)

// Comments are the comments and constants of a package's source.
type Comments struct {
	Types  map[string]string   // by type name
	Fields map[string]string   // by "Type.Field"
	Values map[string][]string // the string constants of a type, in their order
	Notes  map[string]string   // the comment of a constant, by its type and value: "Type.value"
}

// ReadComments parses Go files. If two declare the same type, the later one counts.
func ReadComments(files ...string) (*Comments, error) {
	c := &Comments{Types: map[string]string{}, Fields: map[string]string{}, Values: map[string][]string{}, Notes: map[string]string{}}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, d := range f.Decls {
			if g, ok := d.(*ast.GenDecl); ok {
				c.add(g)
			}
		}
	}
	return c, nil
}

func (c *Comments) add(g *ast.GenDecl) {
	for _, s := range g.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			doc := s.Doc
			if doc == nil {
				doc = g.Doc
			}
			if s.Name.IsExported() { // readers of the reference see exported names only
				c.Types[s.Name.Name] = text(doc)
			}
			if fields, ok := s.Type.(*ast.StructType); ok {
				c.addFields(s.Name.Name, fields)
			}
		case *ast.ValueSpec:
			kind, ok := s.Type.(*ast.Ident)
			if !ok || len(s.Values) != 1 {
				continue
			}
			if lit, ok := s.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				value, _ := strconv.Unquote(lit.Value) // the parser has checked it
				c.Values[kind.Name] = append(c.Values[kind.Name], value)
				c.Notes[kind.Name+"."+value] = join(text(s.Doc), text(s.Comment))
			}
		}
	}
}

func (c *Comments) addFields(of string, s *ast.StructType) {
	for _, f := range s.Fields.List {
		for _, name := range f.Names {
			c.Fields[of+"."+name.Name] = join(text(f.Doc), text(f.Comment))
		}
	}
}

// text returns a comment as one line.
func text(c *ast.CommentGroup) string {
	if c == nil {
		return ""
	}
	return strings.Join(strings.Fields(c.Text()), " ")
}

func join(a, b string) string { return strings.TrimSpace(a + " " + b) }

// note returns the meaning of a value of a string type.
func (c *Comments) note(of, value string) string {
	return c.Notes[of+"."+value]
}

// word matches an exported Go name.
var word = regexp.MustCompile(`\b[A-Z][A-Za-z]+\b`)

// wireNames replaces Go names of fields and inputs in a type's comment by
// their JSON names.
func (c *Comments) wireNames(comment string, t reflect.Type) string {
	names := map[string]string{}
	for i := range t.NumField() {
		f := t.Field(i)
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			names[f.Name] = "`" + name + "`"
		}
	}
	about, answer, found := strings.Cut(comment, "Answer: ")
	about = replaceAfterFirst(about, names)
	if !found {
		return about
	}
	for _, in := range api.Inputs() {
		names[reflect.TypeOf(in).Name()] = "`" + string(in.InputType()) + "`"
	}
	return about + "Answer: " + word.ReplaceAllStringFunc(answer, func(w string) string { return cmp.Or(names[w], w) })
}

// replaceAfterFirst replaces words by names. It keeps the first word of a
// sentence, which may be an ordinary word, and abbreviations such as PIN.
func replaceAfterFirst(s string, names map[string]string) string {
	out := strings.Builder{}
	last := 0
	for _, at := range word.FindAllStringIndex(s, -1) {
		w := s[at[0]:at[1]]
		starts := at[0] == 0 || strings.HasSuffix(s[:at[0]], ". ")
		camel := strings.ContainsFunc(w[1:], unicode.IsUpper)
		if names[w] == "" || starts && !camel || w == strings.ToUpper(w) {
			continue
		}
		out.WriteString(s[last:at[0]] + names[w])
		last = at[1]
	}
	return out.String() + s[last:]
}
