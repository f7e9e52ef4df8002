import { useEffect, useRef } from 'react';
import { useMessages } from '../../language/language.tsx';
import { TypeIcon } from '../../values/type-icon.tsx';
import { messages } from './messages.ts';
import classes from './search.module.css';
import type { Result, ResultGroup } from './use-results.ts';

interface ResultListProps {
  readonly id: string;
  readonly groups: readonly ResultGroup[];
  readonly active: number;
  run(index: number): void;
}

/** The listbox of the search; the input has the focus and says which option is active. */
export function ResultList({ id, groups, active, run }: ResultListProps) {
  const t = useMessages(messages);
  let before = 0;
  return (
    <div id={id} role="listbox" aria-label={t.results} className={classes.list}>
      {groups.map(({ title, results }, place) => {
        const first = before;
        before += results.length;
        return (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a listbox
          <div key={`${title} ${results[0]?.key}`} role="group" aria-labelledby={`${id}-group-${place}`}>
            <div id={`${id}-group-${place}`} className={classes.group}>
              {title}
            </div>
            {results.map((result, at) => (
              <Option
                key={result.key}
                id={`${id}-${first + at}`}
                result={result}
                active={first + at === active}
                run={() => run(first + at)}
              />
            ))}
          </div>
        );
      })}
    </div>
  );
}

interface OptionProps {
  readonly id: string;
  readonly result: Result;
  readonly active: boolean;
  run(): void;
}

function Option({ id, result, active, run }: OptionProps) {
  const option = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active) option.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  const { title, detail, thing, icon: Icon } = result;
  return (
    // biome-ignore lint/a11y: the input has the focus and the keys (WAI-ARIA combobox)
    <div ref={option} id={id} role="option" aria-selected={active} className={classes.option} onClick={run}>
      {Icon ? (
        <Icon size={18} aria-hidden />
      ) : (
        <TypeIcon types={thing?.types ?? []} title={thing?.title} size={18} />
      )}
      <bdi className={classes.title} data-td-text title={title}>
        {title}
      </bdi>
      {detail === undefined ? null : (
        <bdi className={classes.detail} data-td-text>
          {detail}
        </bdi>
      )}
    </div>
  );
}
