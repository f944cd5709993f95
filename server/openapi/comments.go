package openapi

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
)

// Comments are the comments and constants of a package's source.
type Comments struct {
	Types  map[string]string   // by type name
	Fields map[string]string   // by "Type.Field"
	Values map[string][]string // the string constants of a type, in their order
	Notes  map[string]string   // the comment of a constant, by its type and value: "Type.value"
}

// ReadComments parses the Go files of a directory, without its tests.
func ReadComments(dir string) (*Comments, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	c := &Comments{Types: map[string]string{}, Fields: map[string]string{}, Values: map[string][]string{}, Notes: map[string]string{}}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
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
			c.Types[s.Name.Name] = text(doc)
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

// text is a comment on one line.
func text(c *ast.CommentGroup) string {
	if c == nil {
		return ""
	}
	return strings.Join(strings.Fields(c.Text()), " ")
}

func join(a, b string) string { return strings.TrimSpace(a + " " + b) }
