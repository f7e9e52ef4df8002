import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import './theme.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { LanguageProvider } from './language/language.tsx';
import { router } from './routes.tsx';
import { Look } from './shell/look.tsx';

// A browser that is offline still reaches this machine, and nothing may be done later than it was asked for.
const networkMode = 'always';
const queries = new QueryClient({
  defaultOptions: { queries: { retry: 1, staleTime: 1000, networkMode }, mutations: { networkMode } },
});

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <LanguageProvider>
        <Look>
          <RouterProvider router={router} />
        </Look>
      </LanguageProvider>
    </QueryClientProvider>
  </StrictMode>,
);
