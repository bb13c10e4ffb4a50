package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// profile writes a CPU profile of Sen for each operation in each configuration, with 16 connections.
func (g *environment) profile(ctx context.Context, o settings) (err error) {
	if err := os.MkdirAll(o.profile, 0o700); err != nil {
		return err
	}
	uri, err := g.fill(ctx, "sen", o.articles)
	if err != nil {
		return err
	}
	f, err := g.launch(ctx, uri, o.configs)
	defer func() { f.stop() }()
	if err != nil {
		return err
	}
	all, err := f.operations(ctx, o.articles, o.ops)
	if err != nil {
		return err
	}
	if g.sen, err = g.build(ctx, "./bench/profiled"); err != nil {
		return err
	}
	for _, t := range f.targets[1:] {
		for _, operation := range all {
			if err := g.profileOne(ctx, uri, o, t, operation); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *environment) profileOne(ctx context.Context, uri string, o settings, t *target, operation operation) error {
	name := filepath.Join(o.profile, strings.NewReplacer(" ", "-", ",", "").Replace(operation.file+"."+t.name)+".pprof")
	if err := os.Setenv("SEN_PROFILE", name); err != nil {
		return err
	}
	p, err := g.serve(ctx, uri, t.cacheSizes)
	if err != nil {
		return err
	}
	defer p.stop()
	r, err := load(ctx, p.host, t.asks(operation, p.host), 16, max(o.during, 3*time.Second), 0)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %.0f /s\n", name, r.perSecond)
	return nil
}
