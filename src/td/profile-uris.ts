const profile = (name: string): string => `https://www.w3.org/2022/wot/profile/${name}/v1`;

/** What the `profile` of a TD names (Profile, section 3). */
export const profileUris = { httpBasic: profile('http-basic'), httpSse: profile('http-sse') } as const;
