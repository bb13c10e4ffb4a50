//go:build race

package web_test

// raceEnabled says whether the race detector is on, which makes everything ten times slower.
const raceEnabled = true
