import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, post, remove } from "../../api/client";
import { keys } from "../../api/keys";
import type { ApiKey, CreatedApiKey, Login, Me, Page, Scope } from "../../api/types";

/** Who is signed in. Fails with 401 when nobody is. */
export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: ({ signal }) => get<Me>("/me", {}, signal),
});

/** The keys of the signed-in user; secrets are never among them. */
export const apiKeysQuery = queryOptions({
  queryKey: keys.apiKeys,
  queryFn: ({ signal }) => get<Page<ApiKey>>("/keys", { limit: 100 }, signal),
});

/** What proves who you are: the link's token, or e-mail and password. */
export type Credentials = { link_token: string } | { email: string; password: string };

/** Signs in; the answer's cookie is what later calls use. */
export function useSignIn() {
  return useMutation({ mutationFn: (credentials: Credentials) => post<Login>("/logins", credentials) });
}

/** Ends this browser's session. */
export function useSignOut() {
  return useMutation({ mutationFn: () => remove("/logins/current") });
}

/** What a new key may do and for how long. */
export interface NewKey {
  name: string;
  scopes: Scope[];
  expires_at: string | null;
}

/** Creates a key; its answer is the only time the secret exists outside the server. */
export function useCreateKey() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (key: NewKey) => post<CreatedApiKey>("/keys", key),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.apiKeys }),
  });
}

/** Revokes a key at once. */
export function useRevokeKey() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => remove(`/keys/${id}`),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.apiKeys }),
  });
}
