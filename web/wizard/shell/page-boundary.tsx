import { Component, type ReactNode } from 'react';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { text } from '../texts/index.ts';

/** A page that fails takes only itself down; the navigation stays. */
export class PageBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return (
      <ErrorPanel
        title={text.app.broken}
        error={this.state.error}
        onRetry={() => this.setState({ error: undefined })}
      />
    );
  }
}
