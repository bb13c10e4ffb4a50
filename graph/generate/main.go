// Command generate writes the generated part of package graph: gqlgen's executor,
// and beside it the resolvers, which are all alike: each asks the relations (see
// graph/relation.go) for the answer of its field.
package main

import (
	_ "embed"
	"fmt"
	"log"
	"os"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/99designs/gqlgen/codegen/templates"
)

//go:embed resolvers.gotpl
var resolversTemplate string

// target is what the plugin writes, from the repository's root.
const target = "graph/resolvers_gen.go"

// resolvers is the plugin of gqlgen that writes the resolvers.
type resolvers struct{}

// Name implements gqlgen's plugin.Plugin.
func (resolvers) Name() string { return "resolvers" }

// GenerateCode implements gqlgen's plugin.CodeGenerator.
func (resolvers) GenerateCode(data *codegen.Data) error {
	return templates.Render(templates.Options{
		PackageName:     data.Config.Exec.Package,
		Filename:        target,
		Data:            data,
		GeneratedHeader: true,
		Packages:        data.Config.Packages,
		Template:        resolversTemplate,
	})
}

func main() {
	cfg, err := config.LoadConfigFromDefaultLocations()
	if err == nil {
		_ = os.Remove(target)
		err = api.Generate(cfg, api.AddPlugin(resolvers{}))
	}
	if err != nil {
		log.Fatal(fmt.Errorf("generate graph: %w", err))
	}
}
