// Command generate writes the generated part of package graph: gqlgen's executor,
// beside it the resolvers, which are all alike: each asks the relations (see
// graph/relation.go) for the answer of its field; and the table of accessors (see
// graph/accessor.go), by which a plan reads what gqlgen would.
package main

import (
	_ "embed"
	"fmt"
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
	cfg, err := config.LoadConfigFromDefaultLocations()
	if err == nil {
		var add []api.Option
		for _, f := range files {
			_ = os.Remove(f.name)
			add = append(add, api.AddPlugin(f))
		}
		err = api.Generate(cfg, add...)
	}
	if err != nil {
		log.Fatal(fmt.Errorf("generate graph: %w", err))
	}
}
