// Injection tokens for values that have no class at run time.

export const LOGGER = Symbol('LOGGER');
export const NETWORK_POLICY = Symbol('NETWORK_POLICY');
export const PROVIDER_POLICY = Symbol('PROVIDER_POLICY');
export const REDIS_CLIENT = Symbol('REDIS_CLIENT');
export const PROBE_OPTIONS = Symbol('PROBE_OPTIONS');
export const PLATFORM_APPS = Symbol('PLATFORM_APPS');
/** The address to which providers send browsers back. */
export const REDIRECT_URL = Symbol('REDIRECT_URL');
export const PLATFORM_NAMES = Symbol('PLATFORM_NAMES');
