// The file input below the answer, for variables of the type Upload.

import { createElement, useRef } from 'react';

let chosen = [];

/** Returns the files that are chosen now. */
export const chosenFiles = () => chosen;

export function Files() {
  const input = useRef(null);
  return createElement(
    'label',
    { className: 'sen-files' },
    'Files for variables of the type Upload',
    createElement('input', { type: 'file', multiple: true, ref: input, onChange: () => (chosen = [...input.current.files]) }),
  );
}
