// Command generate writes the files that are generated from the kinds of content and from the schema:
//
//   - the parts of schema.graphqls and gqlgen.yml that are the same for every kind (see schema.go and schema.gotpl);
//   - the lists of all kinds in Go, and their filters (see kinds.go and kinds.gotpl);
//   - gqlgen's executor, in package graph;
//   - the resolvers: each calls the relation of its field (see graph/relation.go);
//   - the table of accessors (see graph/accessor.go), with which a plan reads the same fields as gqlgen.
//
// If anything fails, no file changes.
package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"text/template"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/99designs/gqlgen/codegen/templates"
)

var (
	//go:embed resolvers.gotpl
	resolversTemplate string
	//go:embed accessors.gotpl
	accessorsTemplate string
)

// file is a plugin of gqlgen that writes one file of package graph.
type file struct{ name, template string }

// files are the files that are written in addition to gqlgen's own.
var files = []file{{"graph/resolvers_gen.go", resolversTemplate}, {"graph/accessors_gen.go", accessorsTemplate}}

// Name implements gqlgen's plugin.Plugin.
func (f file) Name() string { return f.name }

// GenerateCode implements gqlgen's plugin.CodeGenerator.
func (f file) GenerateCode(data *codegen.Data) error {
	return templates.Render(templates.Options{
		PackageName:     data.Config.Exec.Package,
		Filename:        f.name,
		Data:            data,
		GeneratedHeader: true,
		Packages:        data.Config.Packages,
		Template:        f.template,
		Funcs:           template.FuncMap{"accessor": accessor},
	})
}

func main() {
	if err := writeAllOrRestore(outputs(), generate); err != nil {
		log.Fatal(fmt.Errorf("generate graph: %w", err))
	}
}

// outputs returns the files that this command writes: the two of gqlgen, and ours.
func outputs() []string {
	names := []string{"graph/generated.go", "graph/models_gen.go"}
	for _, w := range written {
		names = append(names, w.name)
	}
	for _, f := range files {
		names = append(names, f.name)
	}
	return names
}

// generate writes all outputs. The working directory must be that in gqlgen.yml.
func generate() error {
	all := kinds()
	for _, w := range written {
		if err := w.rewrite(all); err != nil {
			return err
		}
	}
	if err := complete(all); err != nil {
		return err
	}
	cfg, err := config.LoadConfig("gqlgen.yml")
	if err != nil {
		return err
	}
	if err := resolve(cfg, all); err != nil {
		return err
	}
	add := []api.Option{api.AddPlugin(unboundChecker{})}
	for _, f := range files {
		_ = os.Remove(f.name)
		add = append(add, api.AddPlugin(f))
	}
	return api.Generate(cfg, add...)
}

// written are the files that are written from the kinds and the schema only. Each is made from its present text. The
// schema is the first, because the others use the data of each kind that are found in it.
var written = []writer{
	{"schema.graphqls", expand},
	{"gqlgen.yml", bind},
	{"internal/content/kinds_gen.go", kindsFile("content")},
	{"internal/storage/kinds_gen.go", kindsFile("storage")},
	{"internal/entries/kinds_gen.go", kindsFile("entries")},
	{"graph/kinds_gen.go", kindsFile("graph")},
}

type writer struct {
	name  string
	write func(text string, kinds []*kind) (string, error)
}

func (w writer) rewrite(kinds []*kind) error {
	text, err := os.ReadFile(w.name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	now, err := w.write(string(text), kinds)
	if err != nil || now == string(text) {
		return err
	}
	return os.WriteFile(w.name, []byte(now), 0o644)
}
