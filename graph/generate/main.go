// Command generate writes what follows from the kinds of content and from the schema:
//
//   - what schema.graphqls and gqlgen.yml have alike of every kind (see schema.go and schema.gotpl);
//   - the lists of all kinds in Go, and their filters (see kinds.go and kinds.gotpl);
//   - gqlgen's executor, in package graph;
//   - the resolvers, which are all alike: each asks the relations (see graph/relation.go) for the answer of its field;
//   - the table of accessors (see graph/accessor.go), by which a plan reads what gqlgen would.
//
// When anything fails, all these files stay as they were.
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

// files are what is written beside gqlgen's own.
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
	if err := allOrNothing(outputs(), generate); err != nil {
		log.Fatal(fmt.Errorf("generate graph: %w", err))
	}
}

// outputs are the files that this command writes: gqlgen's own two, and ours.
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

// generate writes all outputs, in the directory of gqlgen.yml.
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
	add := []api.Option{api.AddPlugin(checked{})}
	for _, f := range files {
		_ = os.Remove(f.name)
		add = append(add, api.AddPlugin(f))
	}
	return api.Generate(cfg, add...)
}

// written are the files that are written from the kinds and the schema alone, each from what it holds. The schema is the
// first: it tells the rest of each kind.
var written = []writer{
	{"schema.graphqls", expand},
	{"gqlgen.yml", bind},
	{"internal/content/kinds_gen.go", listed("content")},
	{"internal/storage/kinds_gen.go", listed("storage")},
	{"internal/newsroom/kinds_gen.go", listed("newsroom")},
	{"graph/kinds_gen.go", listed("graph")},
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
