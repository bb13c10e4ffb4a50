package embedded

import "testing"

func fillFile(*testing.T, string) {}
