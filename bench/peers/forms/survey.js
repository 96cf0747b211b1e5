// SurveyJS as its makers show it: the answers go out when the form is completed, and the page says how that went.
const survey = new Survey.Model({ ...window.asked, completedHtml: "<p id='taken'>Saved</p>", showCompletePage: true });
survey.onComplete.add(async (sender, options) => {
  options.showSaveInProgress();
  const answer = await fetch(`/survey/${window.task}`, { method: "POST", body: JSON.stringify(sender.data) }).catch(() => null);
  if (answer?.ok) options.showSaveSuccess("Saved");
  else options.showSaveError("Not saved");
  document.body.dataset.taken = String(Boolean(answer?.ok));
});
survey.render(document.getElementById("form"));
