/** How often the handlers that count were called. */
export const handlerCalls = { count: 0 };
