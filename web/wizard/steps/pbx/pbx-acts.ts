import { useMutation, useQueryClient } from '@tanstack/react-query';
import { PbxAnswer, ProbeAnswer, SyncStarted } from '#contract/wizard/pbx.ts';
import { errorFromAnswer } from '#web/kit/api/api-error.ts';
import { useApi } from '#web/kit/api/context.tsx';
import type { PbxWish } from './pbx-form.tsx';

/** What can be done with PBXs; whatever shows them is read anew afterwards. */
export function usePbxActs() {
  const api = useApi();
  const queries = useQueryClient();
  const refresh = () =>
    Promise.all(['pbxs', 'status', 'wizard'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
  return {
    add: useMutation({ mutationFn: (wish: PbxWish) => api.send('POST', '/pbxs', PbxAnswer, wish), onSuccess: refresh }),
    edit: useMutation({
      mutationFn: ({ id, ...change }: Partial<Omit<PbxWish, 'type'>> & { id: string }) =>
        api.send('PATCH', `/pbxs/${id}`, PbxAnswer, change),
      onSuccess: refresh,
    }),
    remove: useMutation({ mutationFn: (id: string) => api.act('DELETE', `/pbxs/${id}`), onSuccess: refresh }),
    test: useMutation({
      mutationFn: (id: string) => api.send('POST', `/pbxs/${id}/test`, ProbeAnswer),
      onSettled: refresh,
    }),
    sync: useMutation({
      mutationFn: (id: string) => api.send('POST', `/pbxs/${id}/sync/start`, SyncStarted, {}),
      onSettled: refresh,
    }),
    upload: useMutation({ mutationFn: upload, onSuccess: refresh }),
  };
}

/** Brings form exports to the gateway, one after the other. @throws ApiError */
async function upload({ id, files }: { id: string; files: readonly File[] }): Promise<void> {
  for (const file of files) {
    const path = `/api/pbxs/${id}/exports/${encodeURIComponent(file.name)}`;
    const answer = await fetch(path, { method: 'PUT', headers: { 'content-type': 'text/csv' }, body: file });
    if (!answer.ok) throw errorFromAnswer(answer.status, await answer.text());
  }
}
