// Stands in for the package react-style-singleton, which react-remove-scroll uses: the same interface, but the styles go
// into a stylesheet that is constructed, not into a style element. A content security policy without 'unsafe-inline'
// blocks the element and lets the constructed sheet pass.

import { useEffect } from 'react';

export function stylesheetSingleton() {
  let users = 0;
  let sheet;
  return {
    add(css) {
      if (users++ > 0) return;
      sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    },
    remove() {
      if (--users > 0) return;
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    },
  };
}

export function styleHookSingleton() {
  const sheet = stylesheetSingleton();
  return function useStyle(styles, isDynamic) {
    useEffect(() => {
      sheet.add(styles);
      return () => sheet.remove();
    }, [styles && isDynamic]);
  };
}

export function styleSingleton() {
  const useStyle = styleHookSingleton();
  return function Sheet({ styles, dynamic }) {
    useStyle(styles, dynamic);
    return null;
  };
}
