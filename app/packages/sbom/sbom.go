// Package sbom lists the parts of a built program for programs that look for known faults in
// them: a software bill of materials in the format CycloneDX 1.6. Two builds of one source
// have the same list.
package sbom

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"nightlatch/app/packages/licenses"
	"nightlatch/app/packages/release"
)

// The parts of the format that the list uses (https://cyclonedx.org/docs/1.6/json).
type (
	bom struct {
		Schema       string       `json:"$schema"`
		Format       string       `json:"bomFormat"`
		SpecVersion  string       `json:"specVersion"`
		Version      int          `json:"version"`
		Metadata     metadata     `json:"metadata"`
		Components   []component  `json:"components"`
		Dependencies []dependency `json:"dependencies"`
	}
	metadata struct {
		Timestamp  string     `json:"timestamp"`
		Component  component  `json:"component"`
		Properties []property `json:"properties,omitempty"`
	}
	component struct {
		Type       string      `json:"type"`
		Ref        string      `json:"bom-ref"`
		Name       string      `json:"name"`
		Version    string      `json:"version,omitempty"`
		Text       string      `json:"description,omitempty"`
		Licenses   []expressed `json:"licenses"`
		PURL       string      `json:"purl,omitempty"`
		References []reference `json:"externalReferences,omitempty"`
		Properties []property  `json:"properties,omitempty"`
	}
	expressed struct {
		Expression string `json:"expression"`
	}
	reference struct {
		Type string `json:"type"`
		URL  string `json:"url"`
	}
	property struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	dependency struct {
		Ref       string   `json:"ref"`
		DependsOn []string `json:"dependsOn,omitempty"`
	}
)

// goSum is the property with the hash of a module, as in go.sum. It is a hash of the names
// and hashes of its files, so it is none of the format's own kinds.
const goSum = "nightlatch:go.sum"

// Encode returns the list of what a program contains.
func Encode(b *licenses.Build, r release.Release) ([]byte, error) {
	self := component{
		Type: "application", Ref: "nightlatch", Name: "nightlatch", Version: r.Version,
		Licenses:   []expressed{{release.License}},
		PURL:       "pkg:generic/nightlatch@" + url.PathEscape(r.Version),
		References: []reference{{"website", release.Homepage}},
	}
	list := bom{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", SpecVersion: "1.6", Version: 1,
		Metadata: metadata{Timestamp: r.Date.UTC().Format(time.RFC3339), Component: self},
	}
	for _, s := range b.Info.Settings {
		if s.Key == "GOOS" || s.Key == "GOARCH" || s.Key == "CGO_ENABLED" || s.Key == "-tags" {
			list.Metadata.Properties = append(list.Metadata.Properties, property{"nightlatch:build:" + strings.TrimPrefix(s.Key, "-"), s.Value})
		}
	}
	all := dependency{Ref: self.Ref}
	for _, c := range b.Components {
		one := component{Type: "library", Name: c.Name, Version: c.Version, Text: c.Note, Licenses: []expressed{{c.Expression()}}}
		switch {
		case c.Sum != "":
			one.PURL = "pkg:golang/" + strings.ToLower(c.Name) + "@" + url.QueryEscape(c.Version)
			one.Properties = []property{{goSum, c.Sum}}
		case c.Name == "Go":
			one.PURL = "pkg:golang/std@" + c.Version
		case c.Note == "font" || strings.Contains(c.Note, "table") || strings.Contains(c.Note, "list"):
			one.Type = "data"
		}
		one.Ref = one.PURL
		if one.Ref == "" {
			one.Ref = c.Name
		}
		list.Components = append(list.Components, one)
		all.DependsOn = append(all.DependsOn, one.Ref)
	}
	list.Dependencies = []dependency{all}
	var out bytes.Buffer
	w := json.NewEncoder(&out)
	w.SetEscapeHTML(false)
	w.SetIndent("", "  ")
	if err := w.Encode(list); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
