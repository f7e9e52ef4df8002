import { useEffect } from 'react';

/** Names the document: `useTitle('Zone 1 heater')` gives `Zone 1 heater · Thingwright`. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Thingwright`;
  }, [title]);
}
