/** Gives formats of `Intl`, each made once for its language and options. */
export function cachedFormat<O, F>(
  Format: new (language: string, options: O) => F,
): (language: string, options: O) => F {
  const formats = new Map<string, F>();
  return (language, options) => {
    const key = `${language} ${JSON.stringify(options)}`;
    const format = formats.get(key) ?? new Format(language, options);
    formats.set(key, format);
    return format;
  };
}
