package config_test

import (
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"sen/graph/cost"
	"sen/graph/limits"
	"sen/internal/config"
	"sen/internal/content"
)

// costLimits returns the cost limits that the flags give.
func costLimits(t *testing.T, flags ...string) cost.Limits {
	t.Helper()
	var c config.Config
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(flags); err != nil {
		t.Fatal(err)
	}
	limits, err := c.CostLimits()
	if err != nil {
		t.Fatal(err)
	}
	return limits
}

// TestCostLimits checks that the defaults equal those of package graph, and that flags replace them.
func TestCostLimits(t *testing.T) {
	if diff := cmp.Diff(limits.Default.Cost, costLimits(t)); diff != "" {
		t.Errorf("the defaults differ (-graph +config):\n%s", diff)
	}
	want := cost.Limits{"": 5, content.RoleEditor: 7, content.RoleAdmin: 9}
	if diff := cmp.Diff(want, costLimits(t, "--cost-limit=5", "--role-cost-limits=editor=7,ADMIN=9")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
