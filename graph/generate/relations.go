package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
)

// parsed returns the parsed Go files of a folder, without tests. The files need not compile.
func parsed(dir string) (files []*ast.File, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// functions returns the names of the functions in files.
func functions(files []*ast.File) map[string]bool {
	names := map[string]bool{}
	eachFunction(files, func(f *ast.FuncDecl) { names[f.Name.Name] = true })
	return names
}

func eachFunction(files []*ast.File, do func(*ast.FuncDecl)) {
	for _, file := range files {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				do(f)
			}
		}
	}
}

// ofKinds is used in the names of relations that all kinds have, in place of the kind.
const ofKinds = "*"

// relations returns the fields for which package graph has a relation, by type and field: "Article.authors". It finds
// them in the syntax of the calls of `kind` and `relate`, because the package compiles only with the files that will be
// generated.
func relations(files []*ast.File) map[string]bool {
	names := map[string]bool{}
	eachFunction(files, func(f *ast.FuncDecl) {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			object := ""
			switch called := call.Fun.(type) {
			case *ast.Ident:
				if called.Name == "kind" { // called in the function that registers the kind
					object = strings.TrimPrefix(f.Name.Name, "register")
				}
			case *ast.SelectorExpr:
				if called.Sel.Name == "relate" {
					if object, ok = quoted(call.Args[0]); !ok {
						object = ofKinds
					}
				}
			}
			if object == "" {
				return true
			}
			for _, name := range keys(call.Args[len(call.Args)-1]) {
				names[object+"."+name] = true
			}
			return true
		})
	})
	return names
}

// keys returns the keys of a map literal with string keys.
func keys(e ast.Expr) (names []string) {
	if literal, ok := e.(*ast.CompositeLit); ok {
		for _, element := range literal.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				if name, ok := quoted(pair.Key); ok {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

// quoted returns the value of a string literal.
func quoted(e ast.Expr) (string, bool) {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(literal.Value)
	return text, err == nil
}

// resolve configures gqlgen to make a resolver for each field that has a relation.
func resolve(cfg *config.Config, kinds []*kind) error {
	files, err := parsed("graph")
	if err != nil {
		return err
	}
	for name := range relations(files) {
		object, field, _ := strings.Cut(name, ".")
		objects := []string{object}
		if object == ofKinds {
			objects = nil
			for _, k := range kinds {
				objects = append(objects, k.Name)
			}
		}
		for _, object := range objects {
			bound := cfg.Models[object]
			if bound.Fields == nil {
				bound.Fields = map[string]config.TypeMapField{}
			}
			of := bound.Fields[field]
			of.Resolver = true
			bound.Fields[field] = of
			cfg.Models[object] = bound
		}
	}
	return nil
}

// unboundChecker is a plugin of gqlgen. It refuses fields for which gqlgen would make a resolver by itself: fields for
// which the Go type has no member of that name and type.
type unboundChecker struct{}

// Name implements gqlgen's plugin.Plugin.
func (unboundChecker) Name() string { return "unboundChecker" }

// GenerateCode implements gqlgen's plugin.CodeGenerator.
func (unboundChecker) GenerateCode(data *codegen.Data) error {
	var wrong []error
	for _, objects := range []codegen.Objects{data.Objects, data.Inputs} {
		for _, o := range objects {
			for _, f := range o.Fields {
				if !f.IsResolver || o.Root || f.IsReserved() || data.Config.Models[o.Name].Fields[f.Name].Resolver {
					continue
				}
				wrong = append(wrong, unbound(data.Config, o, f))
			}
		}
	}
	return errors.Join(wrong...)
}

// unbound returns the error for a field for which the Go type has no member.
func unbound(cfg *config.Config, o *codegen.Object, f *codegen.Field) error {
	file, member, has := "", f.GoFieldName, "no field or method "+f.GoFieldName
	if named, ok := types.Unalias(o.Type).(*types.Named); ok {
		of := named.Obj()
		if in := cfg.Packages.Load(of.Pkg().Path()); in != nil {
			file = relative(in.Fset.Position(of.Pos()).Filename) + ": "
		}
		if fields, ok := named.Underlying().(*types.Struct); ok { // gqlgen ignores the case of letters
			for field := range fields.Fields() {
				if strings.EqualFold(field.Name(), member) {
					member = field.Name()
				}
			}
		}
		if found, _, _ := types.LookupFieldOrMethod(types.NewPointer(named), true, of.Pkg(), member); found != nil {
			short := func(p *types.Package) string { return p.Name() }
			has = fmt.Sprintf("%s of the type %s", member, types.TypeString(found.Type(), short))
		}
	}
	return fmt.Errorf("schema.graphqls:%d: Go has nothing for the field %s.%s: %s. %sthe type %s has %s. "+
		"Give it a field of that name and type, or a relation %q in package graph",
		f.Position.Line, o.Name, f.Name, f.Type, file, o.Name, has, f.Name)
}

// relative returns the path of a file relative to the working directory.
func relative(name string) string {
	if here, err := filepath.Abs("."); err == nil {
		if from, err := filepath.Rel(here, name); err == nil && fs.ValidPath(filepath.ToSlash(from)) {
			return from
		}
	}
	return name
}
