import { useNavigate } from '@tanstack/react-router';
import type { Search } from '../../routes.tsx';

/** Goes back to looking at the board. */
export function useLeaveEditing(): () => void {
  const navigate = useNavigate();
  return () =>
    void navigate({
      to: '.',
      search: (search: Search) => ({ ...search, edit: undefined, panel: undefined }),
      resetScroll: false,
    });
}
