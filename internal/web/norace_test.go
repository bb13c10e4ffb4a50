//go:build !race

package web_test

// raced says whether the race detector is on.
const raced = false
