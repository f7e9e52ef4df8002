import { useThings } from '../api/things.ts';
import { problemIn } from '../notices/problem-in.ts';
import { ProblemNotice } from '../notices/problem-notice.tsx';

/** Why there is no list of Things, or why it is an old one; that the servient is gone says the header. */
export function ListProblem() {
  const { data, error, refetch } = useThings();
  if (!error) return null;
  const problem = problemIn(error);
  if (data && problem.code === 'SERVIENT_UNREACHABLE') return null;
  return <ProblemNotice problem={problem} retry={() => void refetch()} />;
}
