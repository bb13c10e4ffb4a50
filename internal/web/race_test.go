//go:build race

package web_test

// raced says whether the race detector is on, which makes everything ten times slower.
const raced = true
