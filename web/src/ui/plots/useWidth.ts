import { type RefObject, useEffect, useRef, useState } from "react";

/** The measured width of an element, so that drawings are made at real pixels and text is never scaled. 0 until measured. */
export function useWidth<Host extends HTMLElement>(): [RefObject<Host | null>, number] {
  const host = useRef<Host>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    setWidth(Math.floor(element.clientWidth));
    return () => observer.disconnect();
  }, []);
  return [host, width];
}
