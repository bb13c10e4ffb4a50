package web

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// maxUploadPath is the largest number of steps in the path to a file's place.
const maxUploadPath = 20

// uploadPath is the path to a file's place in the variables: "variables.input.files.0". It does not contain the first
// step.
type uploadPath []string

// parseUploadPath reads a path in the form that a request has.
func parseUploadPath(text string) (uploadPath, error) {
	steps := strings.Split(text, ".")
	if len(steps) < 2 || len(steps) > maxUploadPath || steps[0] != "variables" {
		return nil, fmt.Errorf("the path %q of the map does not lead into the variables", text)
	}
	return steps[1:], nil
}

// put replaces a null by a file; nothing else may be replaced.
func (p uploadPath) put(variables map[string]any, file any) error {
	var at any = variables
	for i, step := range p {
		last := i == len(p)-1
		var next any
		var there bool
		var set func(any)
		switch parent := at.(type) {
		case map[string]any:
			next, there = parent[step]
			set = func(v any) { parent[step] = v }
		case []any:
			n, err := strconv.Atoi(step)
			if there = err == nil && n >= 0 && n < len(parent) && strconv.Itoa(n) == step; there {
				next = parent[n]
				set = func(v any) { parent[n] = v }
			}
		}
		if !there || last && next != nil {
			return fmt.Errorf("the path variables.%s of the map leads to no place that is null", strings.Join(p, "."))
		}
		if last {
			set(file)
		}
		at = next
	}
	return nil
}

// parseUploadMap reads which file belongs to which places.
func parseUploadMap(text []byte) (map[string][]uploadPath, error) {
	var given map[string][]string
	if err := decode(text, &given); err != nil || given == nil {
		return nil, errors.New("the part map must be one JSON object that has a list of paths for each file")
	}
	if len(given) > maxFiles {
		return nil, fmt.Errorf("the map has %d files; at most %d are allowed", len(given), maxFiles)
	}
	places := make(map[string][]uploadPath, len(given))
	for name, paths := range given {
		if len(paths) == 0 || len(paths) > maxFiles || name == "" {
			return nil, fmt.Errorf("the file %q of the map has %d paths; it must have a name, and 1 to %d paths", name,
				len(paths), maxFiles)
		}
		for _, text := range paths {
			path, err := parseUploadPath(text)
			if err != nil {
				return nil, err
			}
			places[name] = append(places[name], path)
		}
	}
	return places, nil
}
