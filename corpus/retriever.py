"""The index as langchain knows it."""

from datetime import date

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from corpus.index import ClauseIndex


class ClauseRetriever(BaseRetriever):
    """The index as a langchain retriever: page_content is the clause, metadata holds its ref, label and score."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    index: ClauseIndex
    on: date | None = None
    limit: int = 10

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [
            Document(
                page_content=found.clause.text,
                metadata={"ref": str(found.clause.ref), "label": found.clause.label, "score": found.score},
            )
            for found in self.index.search(query, on=self.on, limit=self.limit)
        ]
