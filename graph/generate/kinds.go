package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"go/format"
	"text/template"

	"github.com/99designs/gqlgen/codegen/templates"

	"sen/internal/content"
)

// kind has the data of a kind of content that the generator uses.
type kind struct {
	Name string // of its type
	content.Names
	// Plural is the Go name of its entries: "AwardRounds".
	Plural   string
	Order    string // in which it is listed without `orderBy`
	uploaded bool   // created by an upload, not from an input
	// Filter has the members of its filter that not all kinds have. It is set when the schema is written.
	Filter []filterMember
}

// filterMember is a member of a kind's filter.
type filterMember struct {
	Name string
	// Type is the filter type of the member: "StringFilter". Is is the Go type behind it, if the filter type is
	// generated for this member: "Match[EventType]".
	Type, Is string
}

// kinds returns the kinds of package content.
func kinds() (all []*kind) {
	for _, k := range content.Kinds() {
		all = append(all, &kind{Name: string(k), Names: k.Names(), Plural: templates.ToGo(k.Descriptor().Folder)})
	}
	return all
}

//go:embed kinds.gotpl
var kindsTemplate string

var lists = template.Must(template.New("").Funcs(template.FuncMap{
	"go": templates.ToGo, "lower": templates.ToGoPrivate,
}).Parse(kindsTemplate))

// kindsFile returns a function that writes the list of the kinds in a package.
func kindsFile(name string) func(string, []*kind) (string, error) {
	return func(_ string, kinds []*kind) (string, error) {
		var b bytes.Buffer
		if err := lists.ExecuteTemplate(&b, name, kinds); err != nil {
			return "", err
		}
		source, err := format.Source(b.Bytes())
		return string(source), err
	}
}

// part is a handwritten function that each kind needs in a package.
type part struct {
	dir string
	// name returns the name of the function for a kind, and sample its signature.
	name, sample func(*kind) string
}

var parts = []part{
	{
		"internal/storage",
		func(k *kind) string { return templates.ToGoPrivate(k.Plural) },
		func(k *kind) string { return fmt.Sprintf("() spec[*content.%s, *content.%[1]sFilter]", k.Name) },
	},
	{
		"graph",
		func(k *kind) string { return "register" + k.Name },
		func(*kind) string { return "(r *Resolver)" },
	},
}

// complete checks that the packages have the functions that the lists of kinds call.
func complete(kinds []*kind) error {
	for _, p := range parts {
		files, err := parsed(p.dir)
		if err != nil {
			return err
		}
		has := functions(files)
		for _, k := range kinds {
			if !has[p.name(k)] {
				return fmt.Errorf("%s lacks its part of the kind %s: write `func %s%s` there, in a file of the kind's name",
					p.dir, k.Name, p.name(k), p.sample(k))
			}
		}
	}
	return nil
}
